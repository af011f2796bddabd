using System.Management.Automation.Runspaces;

namespace SwarmPS.Shell;

/// <summary>Turns the words after a script's path into what PowerShell binds to its parameters.</summary>
internal static class ScriptArguments
{
    /// <summary>
    /// A word that begins with a dash names a parameter, and whether the next word is its value is for the binder
    /// to say, who knows which parameters are switches. <c>-Name:value</c> is both in one, and <c>$true</c> and
    /// <c>$false</c> there are what they seem to be, for switches.
    /// </summary>
    public static IReadOnlyList<CommandParameter> Parse(IReadOnlyList<string> words)
    {
        var parameters = new List<CommandParameter>();
        for (var at = 0; at < words.Count; at++)
        {
            var word = words[at];
            var colon = word.IndexOf(':');
            if (word.Length < 2 || word[0] != '-')
            {
                parameters.Add(new CommandParameter(null, word));
            }
            else if (colon < 0)
            {
                parameters.Add(new CommandParameter(word));
            }
            else if (colon < word.Length - 1)
            {
                parameters.Add(new CommandParameter(word[..colon], Value(word[(colon + 1)..])));
            }
            else
            {
                // -Name: and its value as the next word.
                parameters.Add(++at < words.Count ? new CommandParameter(word[..colon], words[at]) : new CommandParameter(word[..colon]));
            }
        }

        return parameters;
    }

    private static object Value(string text) => text.ToLowerInvariant() switch
    {
        "$true" => true,
        "$false" => false,
        _ => text,
    };
}
