using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Core.Tests.Store;

public sealed class HashTrieTests
{
    private static readonly HashTrie<Node> Empty = HashTrie<Node>.Empty;

    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    [InlineData(5_000)]
    public void RandomChanges_LeaveWhatADictionaryHas_AndEarlierStatesAsTheyWere(int keys)
    {
        var random = new Random(keys);
        var expected = new Dictionary<string, Node>();
        var trie = Empty;
        List<(HashTrie<Node> Trie, Dictionary<string, Node> Expected)> earlier = [];
        for (var round = 0; round < 60; round++)
        {
            earlier.Add((trie, new(expected)));
            var editor = trie.Edit();
            for (var i = random.Next(keys); i >= 0; i--)
            {
                var id = $"key{random.Next(keys)}";
                var known = expected.GetValueOrDefault(id);
                if (random.Next(3) == 0)
                {
                    Assert.Same(known, editor.Remove(id));
                    expected.Remove(id);
                }
                else
                {
                    var node = new Node { Id = id };
                    Assert.Same(known, editor.Put(node));
                    expected[id] = node;
                }
                Assert.Equal(expected.Count, editor.Count);
                Assert.Same(expected.GetValueOrDefault(id), editor.Find(id));
            }
            trie = editor.Done();
        }
        foreach (var (state, wanted) in earlier.Append((trie, expected)))
        {
            Assert.Equal(wanted.Count, state.Count);
            Assert.All(wanted, entry => Assert.Same(entry.Value, state.Find(entry.Key)));
            Assert.Equal(wanted.Values.OrderBy(node => node.Id, StringComparer.Ordinal), state.OrderBy(node => node.Id, StringComparer.Ordinal));
        }
    }

    [Fact]
    public void KeysOfOneHash_AreToldApart()
    {
        var (first, second) = OfOneHash();
        var editor = Empty.Edit();
        editor.Put(new() { Id = first });
        editor.Put(new() { Id = second });
        var both = editor.Done();
        Assert.Equal((first, second), (both.Find(first)!.Id, both.Find(second)!.Id));
        Assert.Equal(2, both.Count());
        var rest = both.Edit();
        Assert.Null(rest.Remove(first + "?"));
        Assert.Equal(first, rest.Remove(first)!.Id);
        Assert.Null(rest.Find(first));
        Assert.Equal([second], rest.Done().Select(node => node.Id));
        Assert.Equal(first, both.Find(first)!.Id);
    }

    [Fact]
    public void Order_DependsOnTheKeysAlone()
    {
        var ids = Enumerable.Range(0, 500).Select(number => $"n{number}").Append(OfOneHash().First).Append(OfOneHash().Second).ToList();
        var straight = Empty.Edit();
        ids.ForEach(id => straight.Put(new() { Id = id }));
        var crooked = Empty.Edit();
        foreach (var id in ids.AsEnumerable().Reverse().Concat(Enumerable.Range(0, 300).Select(number => $"gone{number}")))
            crooked.Put(new() { Id = id });
        foreach (var number in Enumerable.Range(0, 300))
            crooked.Remove($"gone{number}");
        Assert.Equal(straight.Done().Select(node => node.Id), crooked.Done().Select(node => node.Id));
    }

    /// <summary>Among so many keys, some have the same 32 bits.</summary>
    private static (string First, string Second) OfOneHash()
    {
        var seen = new Dictionary<uint, string>();
        for (var number = 0; number < 1_000_000; number++)
        {
            var key = $"c{number}";
            if (!seen.TryAdd(TrieNode.HashOf(key), key))
                return (seen[TrieNode.HashOf(key)], key);
        }
        throw new InvalidOperationException("No two of a million keys have one hash.");
    }
}
