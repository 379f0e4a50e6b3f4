"""WARC 1.1 of every exchange: records made by warcio, one gzip member each, in files that only grow."""
