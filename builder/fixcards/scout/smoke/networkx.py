import networkx as nx

graph = nx.Graph([(1, 2), (2, 3)])
assert nx.shortest_path(graph, 1, 3) == [1, 2, 3]
assert round(sum(nx.pagerank(graph).values()), 6) == 1
