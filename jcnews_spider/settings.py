"""What differs from Scrapy's defaults, and why. Own settings stand in `options.py`."""

import os

from jcnews_spider import __version__, options

BOT_NAME = "jcnews_spider"
SPIDER_MODULES = ["jcnews_spider.spiders.trs"]  # all spiders stand there; its neighbours are loaded by a crawl
NEWSPIDER_MODULE = "jcnews_spider.spiders"
COMMANDS_MODULE = "jcnews_spider.commands"

# A command line for people: one line a section and one a run; the numbers stand in the run report.
LOG_LEVEL = "INFO"
LOG_VERSIONS: list[str] = []
STATS_DUMP = False
RETRY_GIVE_UP_LOG_LEVEL = "INFO"

# What waited for its next try comes before what was never tried: its end is known, and noted, soon.
RETRY_PRIORITY_ADJUST = 1

# Politeness: one page at a time, and one request of each host; a slow host of an image holds up nobody (engine.py).
# The delay in seconds varies by ± JITTER, so 1.25 ± 20 % is never shorter than a second.
CONCURRENT_REQUESTS = 1
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.25
DOWNLOAD_DELAY_JITTER = 0.2
ROBOTSTXT_OBEY = True
USER_AGENT = f"jcnews_spider/{__version__} (news archiver)"  # JCNEWS_CONTACT joins it, see fetching.py
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
    # The archive keeps the bytes as served: nothing to decode, nothing to be cut inside a gzip stream.
    "Accept-Encoding": "identity",
}

# The site need not know which list led to an article. Without this middleware Scrapy warns at every start.
REFERRER_POLICY = "no-referrer"
# A content coding is undone strictly (middlewares/integrity.py).
COMPRESSION_ENABLED = False
# Static pages: no sessions, and no public-suffix list fetched for them.
COOKIES_ENABLED = False
# Both consoles execute code on localhost.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# Bounds, in seconds. The largest real page seen is 1 MB.
DOWNLOAD_TIMEOUT = 30
# Its own limit and its refusal of short bodies give no signal at all: the capture would miss them. JCNEWS_MAX_BODY_MB
# cuts instead, and what is not whole is refused after it was captured.
DOWNLOAD_MAXSIZE = 0
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = False
DOWNLOAD_VERIFY_CERTIFICATES = True
# Nothing but the web is asked, whatever an address says.
DOWNLOAD_HANDLERS = {"data": None, "file": None, "ftp": None, "s3": None}
# A name may point anywhere, also inside the network in which the crawl runs.
TWISTED_DNS_RESOLVER = "jcnews_spider.resolver.PublicResolver"
REDIRECT_MAX_TIMES = 5
# An image may have moved; each hop is checked as a request of its own.
MEDIA_ALLOW_REDIRECTS = True

# A refresh page is a stub to be counted, or a parent section; the spider decides.
METAREFRESH_ENABLED = False
# The ledger knows each address once; a set of fingerprints in memory would only grow.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
# Sections in the order of the table, articles newest first; the default is the other way round.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
# Scrapy starts that many tasks per response; 100 cost 40 % of the throughput (measured).
CONCURRENT_ITEMS = 1

# Of Scrapy's own components those that work here. One that is switched off, by a setting or by None, is imported all
# the same: consoles and cookies bring aiohttp, conch and tldextract, .3 s of CPU at every start (measured).
DOWNLOADER_MIDDLEWARES_BASE = {
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": 750,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
}
DOWNLOADER_MIDDLEWARES = {
    # A spider without a site of its own hosts does not exist here; scope is stricter than offsite.
    "jcnews_spider.middlewares.scope.ScopeMiddleware": 50,
    "jcnews_spider.middlewares.robots.RobotsMiddleware": 100,
    "jcnews_spider.middlewares.patience.PatienceMiddleware": 550,
    "jcnews_spider.middlewares.redirects.RedirectMiddleware": 600,
    "jcnews_spider.middlewares.challenge.ChallengeMiddleware": 840,
    "jcnews_spider.middlewares.integrity.IntegrityMiddleware": 850,
}
# Depth means nothing when the ledger feeds; each of Scrapy's others costs a generator around every answer, and would
# pass everything: every status is somebody's word on an address and for the spider to judge, addresses are bounded by
# urls.py, and no meta is copied.
SPIDER_MIDDLEWARES_BASE = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": 25,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": 700,
}
SPIDER_MIDDLEWARES: dict[str, int] = {}
ITEM_PIPELINES = {
    "jcnews_spider.pipelines.validate.ValidatePipeline": 100,
    "jcnews_spider.pipelines.clean.CleanPipeline": 200,
    "jcnews_spider.pipelines.media.ImagesPipeline": 300,
    "jcnews_spider.pipelines.store.StorePipeline": 900,
}
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.logstats.LogStats": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
}
EXTENSIONS = {
    "jcnews_spider.extensions.warc.BodyLimit": 100,
    "jcnews_spider.extensions.warc.WarcCapture": 200,
    "jcnews_spider.extensions.run_report.RunReport": 500,
    "jcnews_spider.extensions.progress.ProgressBar": 600,
    "jcnews_spider.extensions.progress.ProgressLines": 600,
}

# A stop drops what is queued and cuts what hangs; the ledger asks it again.
DOWNLOADER = "jcnews_spider.engine.Downloader"

# Own settings (JCNEWS_…) with the environment's word for them.
globals().update(options.defaults(os.environ))
