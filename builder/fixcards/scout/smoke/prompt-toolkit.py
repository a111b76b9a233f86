from prompt_toolkit import PromptSession
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

with create_pipe_input() as pipe:
    pipe.send_text("a\n")
    assert PromptSession(input=pipe, output=DummyOutput()).prompt("> ") == "a"
