from nltk.stem import PorterStemmer
from nltk.tokenize import RegexpTokenizer

assert RegexpTokenizer(r"\w+").tokenize("a b, c") == ["a", "b", "c"]
assert PorterStemmer().stem("running") == "run"
