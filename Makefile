# make demo · make test · make soak · make bench · make replay · make crawl · make setup; nothing but Python ≥ 3.11, venv and make is needed.
PYTHON ?= python3
BIN := .venv/bin
PEERS := .venv-peers/bin/python
DEMO := output/demo
PARSERS := jcnews_spider/text.py,jcnews_spider/encoding.py,jcnews_spider/urls.py,jcnews_spider/trs/*
PARSER_TESTS := $(wildcard tests/test_trs_*.py) tests/test_text.py tests/test_encoding.py tests/test_urls.py

.PHONY: setup lock demo test soak bench bench-check bench-peers quality replay crawl figures docs clean

setup: .venv/ready

# Exactly the versions of the lock file, each checked by its hash; uv where it is there, pip where it is not.
.venv/ready: pyproject.toml requirements.lock
	@echo "Installing into .venv …"
	@if command -v uv >/dev/null; then \
	  uv venv -q --allow-existing --python "$$(command -v $(PYTHON))" .venv && \
	  uv pip install -q --python $(BIN)/python --require-hashes -r requirements.lock && \
	  uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
	  $(PYTHON) -m venv .venv && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@touch $@

# The newest versions that pyproject.toml allows, for every Python and system; wants uv. With the extras that are asked for:
# pip 23 takes the newest release for `coverage[toml]`, not the locked one, where the lock says `coverage`.
lock:
	uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header \
	  --all-extras pyproject.toml -o requirements.lock

demo: setup
	@rm -rf $(DEMO)
	$(BIN)/python -m tests.replica --articles 60 --run -- $(BIN)/scrapy crawl jcnews -s JCNEWS_OUTPUT=$(DEMO) -s DOWNLOAD_DELAY=0
	@echo; echo "One record:"; cat $(DEMO)/articles/*.jsonl | head -1 | $(BIN)/python -m json.tool --no-ensure-ascii | $(BIN)/python -c "import sys; [print(line.rstrip()[:160]) for line in sys.stdin]"
	@echo; echo "JSON Lines: $$(ls -d $(DEMO)/articles/*.jsonl)"
	@echo "Raw HTML:   $(DEMO)/html/ ($$(find $(DEMO)/html -name '*.html' | wc -l) files)"
	@echo "WARC:       $$(ls -d $(DEMO)/warc/*.warc.gz)"
	@echo "Report:     $$(ls -d $(DEMO)/runs/*.json)"
	@echo; echo "Next:       $(BIN)/scrapy browse -s JCNEWS_OUTPUT=$(DEMO)"

test: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadfile --cov --cov-report= $(PARSER_TESTS)
	$(BIN)/coverage report --include='$(PARSERS)' --fail-under=95
	$(BIN)/pytest -n 2 --dist loadfile $(addprefix --ignore=,$(PARSER_TESTS))

# The long kinds of the tests: every disk operation, 200 kills, longer histories.
soak: setup
	$(BIN)/pytest -n 2 -m soak
	SOAK_EXAMPLES=40 $(BIN)/pytest tests/test_history.py
	$(BIN)/python -m tests.killing --kills 200
	$(BIN)/python -m pip install -q --disable-pip-version-check 'atheris>=3'
	$(BIN)/python -m tests.fuzz

# Limits and rates, printed beside what they must be; nginx, wget, redis-server and make bench-peers add what they stand for.
bench: setup
	$(BIN)/python -m bench $(if $(CORPUS),--corpus $(CORPUS)); code=$$?; \
	  if [ -x $(PEERS) ]; then $(PEERS) bench/plots.py docs/img output/bench/*.json; fi; exit $$code

# A fast subset of the ratios beside the pinned ones.
bench-check: setup
	$(BIN)/python -m bench.check

# The WARCs and a WACZ through pywb, which wants an environment of its own, and a page in Debian's chromium.
replay: setup .venv-pywb/ready
	PYWB=$(CURDIR)/.venv-pywb/bin/wayback $(BIN)/pytest tests/test_replay.py

.venv-pywb/ready:
	$(PYTHON) -m venv .venv-pywb && .venv-pywb/bin/python -m pip install -q --disable-pip-version-check 'pywb>=2.10'
	@touch $@

# How well pages are read, beside the pinned floors; a labelled corpus is scored where there is one.
quality: setup
	$(BIN)/python -m tests.quality $(CORPUS)

# Other extractors and queues, and what draws the plots, in an environment of their own.
bench-peers:
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install -q -U pip
	.venv-peers/bin/pip install -q trafilatura 'newspaper4k[zh]' gne readability-lxml lxml_html_clean matplotlib 'scrapy-redis>=0.9,<1'

crawl: setup
	$(BIN)/scrapy crawl jcnews

# The figures of the README, measured on the replica.
figures: setup
	$(BIN)/python -m tests.figures

# The generated parts of the READMEs and the JSON Schema.
docs: setup
	$(BIN)/python -m jcnews_spider.schema > schema.tmp && mv schema.tmp jcnews_spider/schema/article-1.0.json
	$(BIN)/python -m tests.docs
	$(BIN)/python -m tests.hostile --write

clean:
	rm -rf .venv .venv-pywb .venv-peers build *.egg-info .coverage .mypy_cache .pytest_cache .ruff_cache
