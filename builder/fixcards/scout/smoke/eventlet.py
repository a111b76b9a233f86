import eventlet

eventlet.monkey_patch()
pool = eventlet.GreenPool(2)
assert sorted(pool.imap(lambda x: x + 1, [1, 2])) == [2, 3]
