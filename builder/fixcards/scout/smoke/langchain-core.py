from langchain_core.messages import HumanMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda

chain = ChatPromptTemplate.from_messages([("human", "say {word}")]) | RunnableLambda(lambda value: value.messages[0])
assert (chain | StrOutputParser()).invoke({"word": "a"}) == "say a"
assert HumanMessage("a").content == "a"
