"""The subcommands of ``tingfeng playbooks``, one concept a module, imported when called."""
