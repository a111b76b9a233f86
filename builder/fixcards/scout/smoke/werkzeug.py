from werkzeug.routing import Map, Rule
from werkzeug.security import check_password_hash, generate_password_hash
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

adapter = Map([Rule("/a/<int:number>", endpoint="a")]).bind("example.test")
assert adapter.match("/a/3") == ("a", {"number": 3})


@Request.application
def application(request):
    return Response(request.args.get("q", ""))


assert Client(application, Response).get("/?q=x").data == b"x"
assert check_password_hash(generate_password_hash("secret"), "secret")
