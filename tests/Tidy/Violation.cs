namespace SwarmPS.Tidy;

/// <summary>One place that breaks a rule of the house, and what to do about it.</summary>
internal sealed record Violation(string Place, string What)
{
    /// <summary>Fails the test with every place at once.</summary>
    public static void None(IEnumerable<Violation> found)
    {
        var all = found.Select(violation => $"{violation.Place}: {violation.What}").ToList();
        Assert.True(all.Count == 0, string.Join(Environment.NewLine, all));
    }
}
