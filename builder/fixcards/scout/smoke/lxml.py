from lxml import etree, html

root = etree.fromstring("<a><b c='1'>x</b></a>")
assert root.xpath("//b[@c='1']/text()") == ["x"]
assert html.fromstring("<p>a<br>b").text_content() == "ab"
