"""Which trouble a post is about: the rules of the packs, and a learned second opinion."""
