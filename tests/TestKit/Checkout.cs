namespace SwarmPS.TestKit;

/// <summary>The clone that the tests were built in.</summary>
public static class Checkout
{
    /// <summary>Its folder.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SwarmPS.slnx")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"No SwarmPS.slnx above {AppContext.BaseDirectory}: run the tests from a clone.");
    }
}
