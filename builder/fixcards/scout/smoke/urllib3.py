import http.server
import threading

import urllib3


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *words):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
response = urllib3.PoolManager().request("GET", "http://127.0.0.1:%d/" % server.server_port)
assert (response.status, response.data) == (200, b"ok")
