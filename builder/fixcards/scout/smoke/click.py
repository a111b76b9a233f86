import click
from click.testing import CliRunner


@click.group()
def cli():
    pass


@cli.command()
@click.option("--count", type=click.IntRange(1), default=1)
@click.argument("name")
def hello(count, name):
    click.echo(("hello %s " % name) * count)


result = CliRunner().invoke(cli, ["hello", "--count", "2", "you"], catch_exceptions=False)
assert result.exit_code == 0, result.output
assert result.output == "hello you hello you \n"
