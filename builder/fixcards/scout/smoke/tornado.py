import tornado.ioloop
import tornado.testing
import tornado.web


class Home(tornado.web.RequestHandler):
    def get(self):
        self.write({"a": self.get_argument("a")})


class Test(tornado.testing.AsyncHTTPTestCase):
    def get_app(self):
        return tornado.web.Application([("/", Home)])

    def test_home(self):
        assert self.fetch("/?a=1").body == b'{"a": "1"}'


import unittest

unittest.main(argv=["a"])
