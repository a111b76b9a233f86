import flask
import flask_login

app = flask.Flask("app")
app.secret_key = "key"
manager = flask_login.LoginManager(app)


class User(flask_login.UserMixin):
    id = "1"


@manager.user_loader
def load(user_id):
    return User()


@app.route("/in")
def log_in():
    flask_login.login_user(User(), remember=True)
    return "in"


@app.route("/")
@flask_login.login_required
def index():
    return flask_login.current_user.id


client = app.test_client()
assert client.get("/").status_code == 401
client.get("/in")
assert client.get("/").data == b"1"
