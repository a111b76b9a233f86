import jinja2

environment = jinja2.Environment(
    loader=jinja2.DictLoader({"base": "<{% block a %}{% endblock %}>", "page": "{% extends 'base' %}{% block a %}"
                              "{% for each in items|sort %}{{ each|upper }}{% endfor %}{% endblock %}"}),
    autoescape=True,
)
assert environment.get_template("page").render(items=["b", "a"]) == "<AB>"
