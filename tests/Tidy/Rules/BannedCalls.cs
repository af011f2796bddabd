using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SwarmPS.Tidy.Rules;

/// <summary>Calls that make behaviour depend on a hidden clock or dice, or hide a failure.</summary>
internal static class BannedCalls
{
    private static readonly Dictionary<string, string> Members = new()
    {
        ["DateTime.Now"] = "take a TimeProvider",
        ["DateTime.UtcNow"] = "take a TimeProvider",
        ["DateTime.Today"] = "take a TimeProvider",
        ["DateTimeOffset.Now"] = "take a TimeProvider",
        ["DateTimeOffset.UtcNow"] = "take a TimeProvider",
        ["Random.Shared"] = "take the seed or the source as an argument",
        ["Guid.NewGuid"] = "take the source of ids as an argument",
    };

    public static IEnumerable<Violation> Check(SourceFile file) =>
        file.Tree.DescendantNodes()
            .Select(node => (Node: node, Found: Judge(node, inSource: file.IsUnder("src"))))
            .Where(pair => pair.Found is not null)
            .Select(pair => file.At(pair.Node, $"{pair.Found!.Value.Call} is banned: {pair.Found.Value.Instead}"));

    private static (string Call, string Instead)? Judge(SyntaxNode node, bool inSource) => node switch
    {
        // Tests may read the real clock for names and deadlines; they may not sleep.
        MemberAccessExpressionSyntax member when inSource && Members.TryGetValue(LastTwo(member), out var instead) =>
            (LastTwo(member), instead),
        ObjectCreationExpressionSyntax { Type: var type, ArgumentList.Arguments.Count: 0 } when inSource && LastName(type) == "Random" =>
            ("new Random()", "take the seed or the source as an argument"),
        MemberAccessExpressionSyntax member when LastTwo(member) == "Thread.Sleep" =>
            ("Thread.Sleep", "wait for an event, with a deadline"),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax member } call when LastTwo(member) == "Task.Delay" && !HasClock(call) =>
            ("Task.Delay", "pass a TimeProvider"),
        LockStatementSyntax { Expression: ThisExpressionSyntax } => ("lock (this)", "lock a private object"),
        CatchClauseSyntax { Block.Statements.Count: 0 } clause when Swallows(clause) =>
            ("an empty catch", "handle it, or name the exception and say in a comment why nothing needs doing"),
        _ => null,
    };

    private static bool HasClock(InvocationExpressionSyntax call)
    {
        var arguments = call.ArgumentList.Arguments;
        return arguments.Skip(1).Select(argument => argument.ToString()).Any(IsClock)
            || arguments.FirstOrDefault()?.ToString().EndsWith(".Infinite", StringComparison.Ordinal) == true
            || arguments.FirstOrDefault()?.ToString().EndsWith(".InfiniteTimeSpan", StringComparison.Ordinal) == true;
    }

    private static bool IsClock(string argument) =>
        argument.EndsWith("clock", StringComparison.OrdinalIgnoreCase)
        || argument.EndsWith("time", StringComparison.OrdinalIgnoreCase)
        || argument.EndsWith("timeProvider", StringComparison.OrdinalIgnoreCase)
        || argument == "TimeProvider.System";

    /// <summary>Catching a named exception with a comment in the block is a decision; anything less is an oversight.</summary>
    private static bool Swallows(CatchClauseSyntax clause) =>
        clause.Declaration is null
        || (LastName(clause.Declaration.Type) == "Exception" && clause.Filter is null)
        || !clause.Block.DescendantTrivia().Any(trivia => trivia.ToString().StartsWith('/'));

    private static string LastTwo(MemberAccessExpressionSyntax member) => $"{LastName(member.Expression)}.{member.Name.Identifier.Text}";

    private static string LastName(SyntaxNode node) => node.ToString().Split('.')[^1];
}
