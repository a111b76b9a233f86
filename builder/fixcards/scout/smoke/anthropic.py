import anthropic

client = anthropic.Anthropic(api_key="a", base_url="http://127.0.0.1:1", max_retries=0, timeout=1)
try:
    client.messages.create(model="a", max_tokens=1, messages=[{"role": "user", "content": "b"}])
except anthropic.APIConnectionError:
    pass
else:
    raise AssertionError("something answered")
