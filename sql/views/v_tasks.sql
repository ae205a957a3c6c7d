-- Tasks (任务) that recommendations opened, one person each
CREATE OR REPLACE VIEW v_tasks AS SELECT * EXCEPT (version) FROM tasks FINAL
