using System.Globalization;

namespace SwarmPS.Cmdlets.Lab;

/// <summary>The control groups of a node's containers, which hold each process that runs in them.</summary>
internal static class LabGroups
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>Processes in the containers of a node.</summary>
    public static IReadOnlyList<int> ProcessesIn(string group) => [.. Of(group).SelectMany(Below).SelectMany(Members).Distinct()];

    /// <summary>Removes the groups, which must be empty.</summary>
    public static void Remove(string group)
    {
        foreach (var folder in Of(group).SelectMany(Below))
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (IOException)
            {
                // A process that has just been ended may hold it for a moment; an empty group does no harm, and its name is used again.
            }
        }
    }

    /// <summary>One for each hierarchy that has it: version 1 has a hierarchy for each controller, version 2 just one.</summary>
    private static IEnumerable<string> Of(string group) =>
        Directory.Exists(Root) ? Directory.GetDirectories(Root).Prepend(Root).Select(hierarchy => Path.Combine(hierarchy, group)).Where(Directory.Exists) : [];

    /// <summary>A group and all in it, the innermost first.</summary>
    private static IEnumerable<string> Below(string folder)
    {
        try
        {
            return Directory.GetDirectories(folder).SelectMany(Below).Append(folder).ToList();
        }
        catch (DirectoryNotFoundException)
        {
            // The engine removes the group of a container that has ended, also while it is looked at.
            return [];
        }
    }

    private static IEnumerable<int> Members(string folder)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(folder, "cgroup.procs")).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).ToList();
        }
        catch (IOException)
        {
            // The group went while it was looked at.
            return [];
        }
    }
}
