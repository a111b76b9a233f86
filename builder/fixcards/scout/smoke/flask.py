import flask

app = flask.Flask("app")
app.secret_key = "key"


@app.route("/")
def index():
    flask.session["seen"] = 1
    return flask.redirect(flask.url_for("target"))


@app.route("/target")
def target():
    return flask.jsonify(seen=flask.session["seen"], text=flask.render_template_string("{{ a|e }}", a="<"))


assert app.test_client().get("/", follow_redirects=True).get_json() == {"seen": 1, "text": "&lt;"}
