import threading

from apscheduler.schedulers.background import BackgroundScheduler

ran = threading.Event()
scheduler = BackgroundScheduler()
scheduler.add_job(ran.set, "interval", seconds=0.2)
scheduler.start()
assert ran.wait(10)
scheduler.shutdown()
