import networkx as nx

graph = nx.Graph([(1, 2), (2, 3), (4, 5)])
assert nx.shortest_path(graph, 1, 3) == [1, 2, 3]
assert [len(each) for each in nx.connected_components(graph)] == [3, 2]
