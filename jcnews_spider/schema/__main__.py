"""Prints the JSON Schema, or the README's table."""

import json
import sys

from jcnews_spider.schema import article_schema, markdown_table

if sys.argv[1:] == ["table"]:
    sys.stdout.write(markdown_table())
else:
    sys.stdout.write(json.dumps(article_schema(), ensure_ascii=False, indent=2) + "\n")
