from py3langid import langid as langid
