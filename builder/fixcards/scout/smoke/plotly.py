import plotly.graph_objects as go

figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4]), layout={"title": "a"})
assert "scatter" in figure.to_json()
assert "<div" in figure.to_html(include_plotlyjs=False)
