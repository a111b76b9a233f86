from bs4 import BeautifulSoup

soup = BeautifulSoup("<p class='a'>x <b>y</b></p>", "html.parser")
assert soup.select_one("p.a b").get_text() == "y"
assert soup.find("p").find_all("b")[0].string == "y"
