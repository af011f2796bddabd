using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace SwarmPS.Shell.Prompt;

/// <summary>
/// Completes members of what variables hold (<c>$service.Spec.Na</c>), which PowerShell itself does with a cmdlet
/// that this host does not have. Only properties are followed: nothing is called that could do something.
/// </summary>
internal static class Members
{
    public static Completions Complete(string text, int position, Runspace runspace)
    {
        var tree = Parser.ParseInput(text[..position], out _, out _);
        var member = tree.FindAll(node => node is MemberExpressionAst { Static: false } && node.Extent.EndOffset == position, searchNestedScriptBlocks: true)
            .OfType<MemberExpressionAst>().FirstOrDefault();
        if (member is null || Value(member.Expression, runspace) is not { } value)
        {
            return Completions.None;
        }

        // Nothing behind the dot is an error to the parser, and everything to be completed.
        var name = member.Member is StringConstantExpressionAst given ? given.Value : "";
        var found = PSObject.AsPSObject(value).Members
            .Where(entry => entry.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase) && entry.MemberType != PSMemberTypes.MemberSet)
            .Where(entry => !entry.Name.Contains('_') && !entry.Name.StartsWith("ps", StringComparison.Ordinal))
            .OrderBy(entry => entry is PSMethodInfo).ThenBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase)
            .Select(entry => entry is PSMethodInfo ? entry.Name + "(" : entry.Name);
        return new(position - name.Length, name.Length, [.. found]);
    }

    private static object? Value(ExpressionAst expression, Runspace runspace) => expression switch
    {
        VariableExpressionAst variable => First(runspace.SessionStateProxy.GetVariable(variable.VariablePath.UserPath)),
        MemberExpressionAst { Static: false, Member: StringConstantExpressionAst name } member and not InvokeMemberExpressionAst
            when Value(member.Expression, runspace) is { } parent => First(Property(parent, name.Value)),
        StringConstantExpressionAst text => text.Value,
        _ => null,
    };

    private static object? Property(object parent, string name)
    {
        try
        {
            return PSObject.AsPSObject(parent).Properties[name]?.Value;
        }
        catch (GetValueException)
        {
            // A property that cannot be read has no members to offer.
            return null;
        }
    }

    /// <summary>Of several objects the first stands for all, as their members are asked for together.</summary>
    private static object? First(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) is object[] { Length: > 0 } several ? several[0] : value;
}
