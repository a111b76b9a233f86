import elasticsearch

client = elasticsearch.Elasticsearch("http://127.0.0.1:1", request_timeout=1) if int(
    elasticsearch.__version__[0]
) >= 8 else elasticsearch.Elasticsearch(["http://127.0.0.1:1"], timeout=1, max_retries=0)
try:
    client.search(index="a", body={"query": {"match_all": {}}})
except Exception as error:
    assert "Connection" in type(error).__name__, repr(error)
