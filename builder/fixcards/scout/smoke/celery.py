import celery

app = celery.Celery("app", broker="memory://", backend="cache+memory://")
app.conf.task_always_eager = True


@app.task
def add(a, b):
    return a + b


assert add.delay(1, 2).get(timeout=5) == 3
assert (add.s(1, 2) | add.s(3))().get(timeout=5) == 6
