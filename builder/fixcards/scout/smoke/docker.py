import docker

client = docker.DockerClient(base_url="tcp://127.0.0.1:1", version="1.41", timeout=1)
try:
    client.ping()
except Exception as error:
    assert "Connection" in type(error).__name__, repr(error)
