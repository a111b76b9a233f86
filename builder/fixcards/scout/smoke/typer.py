import typer
from typer.testing import CliRunner

app = typer.Typer()


@app.command()
def main(name: str, loud: bool = False, count: int = typer.Option(1, help="How often.")):
    typer.echo((name.upper() if loud else name) * count)


runner = CliRunner()
result = runner.invoke(app, ["a", "--loud", "--count", "2"], catch_exceptions=False)
assert result.exit_code == 0, result.output
assert result.output == "AA\n"
assert runner.invoke(app, ["--help"], catch_exceptions=False).exit_code == 0
