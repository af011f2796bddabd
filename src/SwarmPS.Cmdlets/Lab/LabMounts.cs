namespace SwarmPS.Cmdlets.Lab;

/// <summary>What is mounted below a lab's folder: file systems of containers, secrets.</summary>
internal static class LabMounts
{
    /// <summary>Takes away all mounts below a folder, the last first.</summary>
    public static async Task RemoveAsync(string folder)
    {
        foreach (var path in Below(folder))
            await LabTool.TryAsync("umount", ["-l", path]).ConfigureAwait(false);
    }

    private static IReadOnlyList<string> Below(string folder) =>
        [.. File.ReadAllLines("/proc/self/mounts").Select(line => line.Split(' ')[1].Replace("\\040", " ", StringComparison.Ordinal))
            .Where(path => path.StartsWith(folder + "/", StringComparison.Ordinal)).Reverse()];
}
