namespace SwarmPS.EndToEnd.History;

/// <summary>
/// Whether a history of registers is linearizable: whether each operation can be given one moment between its call and its return so
/// that every read gives what was written last. The search of Wing and Gong with Lowe's memory of what was tried; registers are
/// independent, so each is searched by itself.
/// </summary>
internal static class Linearizability
{
    /// <summary>The registers whose history has no such order.</summary>
    /// <param name="history">All operations; a read that failed is left out, a write whose end is not known stays open.</param>
    /// <param name="initial">What each register held before.</param>
    public static IReadOnlyList<string> Broken(IEnumerable<Operation> history, string initial) =>
        [.. history.GroupBy(operation => operation.Key).Where(register => !HasOrder([.. register.OrderBy(operation => operation.Called)], initial)).Select(register => register.Key)];

    private static bool HasOrder(List<Operation> operations, string initial)
    {
        var tried = new HashSet<(string Done, string Value)>();
        var stack = new Stack<(bool[] Done, string Value)>();
        stack.Push((new bool[operations.Count], initial));
        while (stack.TryPop(out var at))
        {
            var left = Enumerable.Range(0, operations.Count).Where(index => !at.Done[index]).ToList();
            // An open write need not take effect at all.
            if (left.All(index => !operations[index].IsAcknowledged))
                return true;
            var firstReturn = left.Min(index => operations[index].Returned);
            foreach (var index in left.TakeWhile(index => operations[index].Called <= firstReturn))
            {
                var operation = operations[index];
                if (operation.Read is { } read && read != at.Value)
                    continue;
                var done = (bool[])at.Done.Clone();
                done[index] = true;
                var value = operation.Written ?? at.Value;
                if (tried.Add((string.Concat(done.Select(one => one ? '1' : '0')), value)))
                    stack.Push((done, value));
            }
        }
        return false;
    }
}
