import flask
import flask_wtf
import wtforms

app = flask.Flask("app")
app.secret_key = "key"
app.config["WTF_CSRF_ENABLED"] = False


class Form(flask_wtf.FlaskForm):
    name = wtforms.StringField("name", validators=[wtforms.validators.DataRequired()])


with app.test_request_context("/", method="POST", data={"name": "a"}):
    form = Form()
    assert form.validate_on_submit() and form.name.data == "a"
    assert "input" in str(form.name())
