"""Real posts of 2010 to 2015 through the whole program: ``python -m benchmarks.weibo PATH``."""
