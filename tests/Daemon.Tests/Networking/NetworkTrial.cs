namespace SwarmPS.Daemon.Tests.Networking;

/// <summary>What tests on the real kernel need.</summary>
internal static class NetworkTrial
{
    /// <summary>Why tests that need root and programs cannot run here; null where they can.</summary>
    public static string? Obstacle(params string[] programs)
    {
        if (!OperatingSystem.IsLinux())
            return "network namespaces are Linux's";
        if (!Environment.IsPrivilegedProcess)
            return "making network namespaces needs root";
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        var missing = programs.Where(program => !folders.Any(folder => File.Exists(Path.Combine(folder, program)))).ToList();
        return missing.Count == 0 ? null : $"not installed here: {string.Join(", ", missing)}";
    }

    /// <summary>Tries until it holds, or fails with what was said.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string otherwise)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        while (!await condition())
        {
            Assert.False(late.IsCancellationRequested, otherwise);
            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
