import openai

client = openai.OpenAI(api_key="a", base_url="http://127.0.0.1:1/v1", max_retries=0, timeout=1)
try:
    client.chat.completions.create(model="a", messages=[{"role": "user", "content": "b"}])
except openai.APIConnectionError:
    pass
else:
    raise AssertionError("something answered")
