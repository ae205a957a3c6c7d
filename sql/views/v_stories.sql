-- Stories (同一内容) told by two posts or more in nearly the same words
-- :author_share [share 0 to 1]  different authors per post
CREATE OR REPLACE VIEW v_stories AS
SELECT * EXCEPT (version), authors / posts AS author_share FROM stories FINAL
