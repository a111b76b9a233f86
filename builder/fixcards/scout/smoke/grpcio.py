import concurrent.futures

import grpc

server = grpc.server(concurrent.futures.ThreadPoolExecutor(1))
echo = grpc.unary_unary_rpc_method_handler(lambda request, context: request)
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("a", {"b": echo}),))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
with grpc.insecure_channel("127.0.0.1:%d" % port) as channel:
    assert channel.unary_unary("/a/b")(b"x", timeout=5) == b"x"
server.stop(None)
