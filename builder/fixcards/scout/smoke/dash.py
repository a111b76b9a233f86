import dash

app = dash.Dash("app")
app.layout = dash.html.Div([dash.dcc.Input(id="a"), dash.html.P(id="b")])


@app.callback(dash.Output("b", "children"), dash.Input("a", "value"))
def show(value):
    return value


assert app.server.test_client().get("/_dash-layout").status_code == 200
