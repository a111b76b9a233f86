import httpx

transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"path": request.url.path}))
with httpx.Client(transport=transport, base_url="http://example.test") as client:
    assert client.get("/a", params={"b": "c"}).json() == {"path": "/a"}
