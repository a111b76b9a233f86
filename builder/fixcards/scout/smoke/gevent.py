import gevent
import gevent.monkey

gevent.monkey.patch_all()
import time

jobs = [gevent.spawn(lambda: time.sleep(0.01) or 1) for _ in range(3)]
gevent.joinall(jobs, timeout=5)
assert [job.value for job in jobs] == [1, 1, 1]
