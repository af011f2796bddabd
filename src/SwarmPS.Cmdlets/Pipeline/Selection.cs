using System.Management.Automation;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Pipeline;

/// <summary>Objects by what a user wrote: an id, a name, the beginning of an id, or a pattern.</summary>
internal static class Selection
{
    /// <summary>Whether the text is a pattern and not one object's name.</summary>
    public static bool IsPattern(string text) => WildcardPattern.ContainsWildcardCharacters(text);

    /// <summary>The objects meant. A pattern may fit none; anything else that names no object, or several, is an error.</summary>
    /// <param name="objects">All there are.</param>
    /// <param name="wanted">What the user wrote.</param>
    /// <param name="name">An object's name.</param>
    /// <param name="subject">The kind of object, for messages.</param>
    public static IEnumerable<T> Pick<T>(IReadOnlyCollection<T> objects, string wanted, Func<T, string?> name, string subject)
        where T : StoreObject => Pick(objects, wanted, item => item.Id, name, subject);

    /// <summary>The same for objects in a shape of the API's own.</summary>
    /// <param name="objects">All there are.</param>
    /// <param name="wanted">What the user wrote.</param>
    /// <param name="id">An object's id.</param>
    /// <param name="name">An object's name.</param>
    /// <param name="subject">The kind of object, for messages.</param>
    public static IEnumerable<T> Pick<T>(IReadOnlyCollection<T> objects, string wanted, Func<T, string> id, Func<T, string?> name, string subject)
    {
        if (IsPattern(wanted))
        {
            var pattern = WildcardPattern.Get(wanted, WildcardOptions.IgnoreCase);
            return objects.Where(item => pattern.IsMatch(name(item) ?? ""));
        }
        List<T>[] ways =
        [
            objects.Where(item => id(item) == wanted).ToList(),
            objects.Where(item => name(item) == wanted).ToList(),
            objects.Where(item => wanted.Length > 0 && id(item).StartsWith(wanted, StringComparison.Ordinal)).ToList(),
        ];
        return Array.Find(ways, way => way.Count > 0) switch
        {
            null => throw new Missing(subject, wanted).ToFault(objects.Select(name)),
            { Count: 1 } one => one,
            var several => throw new SwarmFailureException($"{subject}Ambiguous", ErrorCategory.InvalidArgument,
                $"'{wanted}' fits {several.Count} {subject.ToLowerInvariant()}s: {string.Join(", ", several.Take(5).Select(id))}. Give the whole id of one."),
        };
    }
}
