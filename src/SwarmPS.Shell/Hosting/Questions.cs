using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace SwarmPS.Shell.Hosting;

/// <summary>Asks and reads answers: from a terminal, or line by line from a redirected input.</summary>
internal sealed class Questions(ShellConsole console)
{
    public string ReadLine()
    {
        Demand("a line");
        return Answer(echo: true);
    }

    public SecureString ReadSecret()
    {
        Demand("a secret");
        return Secret(Answer(echo: false));
    }

    public int AskChoice(string? caption, string? message, Collection<ChoiceDescription> choices, int preset)
    {
        Demand(message ?? caption ?? "a choice");
        var menu = new ChoiceMenu(choices);
        Introduce(caption, message);
        while (true)
        {
            console.Write(menu.Line(preset < 0 ? [] : [preset]));
            var answer = Answer(echo: true).Trim();
            if (answer.Length == 0 && preset >= 0)
            {
                return preset;
            }

            if (menu.Find(answer) is { } choice)
            {
                return choice;
            }

            if (answer == "?")
            {
                console.Write(menu.Help());
            }
        }
    }

    public Collection<int> AskChoices(string? caption, string? message, Collection<ChoiceDescription> choices, int[] preset)
    {
        Demand(message ?? caption ?? "a choice");
        var menu = new ChoiceMenu(choices);
        Introduce(caption, message);
        console.Write(menu.Line(preset));
        var chosen = new Collection<int>();
        while (true)
        {
            console.Write($"Choice[{chosen.Count}]: ");
            var answer = Answer(echo: true).Trim();
            if (answer.Length == 0)
            {
                return chosen.Count > 0 ? chosen : [.. preset];
            }

            if (menu.Find(answer) is { } choice)
            {
                chosen.Add(choice);
            }
            else if (answer == "?")
            {
                console.Write(menu.Help());
            }
        }
    }

    public Dictionary<string, PSObject> AskFields(string? caption, string? message, Collection<FieldDescription> fields)
    {
        Demand(message ?? caption ?? "a value");
        Introduce(caption, message);
        return fields.ToDictionary(field => field.Name, field => PSObject.AsPSObject(AskField(field)));
    }

    public PSCredential AskCredential(string? caption, string? message, string? user)
    {
        Demand("a user name and a password");
        Introduce(caption, message);
        if (string.IsNullOrEmpty(user))
        {
            console.Write("User: ");
            user = ReadLine();
        }

        console.Write($"Password for user {user}: ");
        return new PSCredential(user, ReadSecret());
    }

    private object AskField(FieldDescription field)
    {
        var type = TypeOf(field);
        if (type == typeof(PSCredential))
        {
            return AskCredential(null, field.Name, null);
        }

        if (type != typeof(string) && typeof(IList).IsAssignableFrom(type))
        {
            return AskList(field, type);
        }

        return AskValue($"{field.Name}: ", type) ?? "";
    }

    /// <summary>Values until an empty line.</summary>
    private object AskList(FieldDescription field, Type type)
    {
        var values = new List<object>();
        while (AskValue($"{field.Name}[{values.Count}]: ", type.GetElementType() ?? typeof(object)) is { } value)
        {
            values.Add(value);
        }

        return LanguagePrimitives.ConvertTo(values.ToArray(), type, null);
    }

    /// <summary>A value of the type, asked for until it is one; null for an empty line.</summary>
    private object? AskValue(string label, Type type)
    {
        while (true)
        {
            console.Write(label);
            if (type == typeof(SecureString))
            {
                return ReadSecret();
            }

            var text = ReadLine();
            if (text.Length == 0)
            {
                return null;
            }

            if (LanguagePrimitives.TryConvertTo(text, type, null, out var value))
            {
                return value;
            }

            console.WriteError($"'{text}' is not a {type.Name}.{Environment.NewLine}");
            if (!console.InputIsTerminal)
            {
                throw new HostException($"'{text}', read for {label.TrimEnd(' ', ':')}, is not a {type.Name}.");
            }
        }
    }

    private static Type TypeOf(FieldDescription field) =>
        Type.GetType(field.ParameterAssemblyFullName) is { } type ? type
        : LanguagePrimitives.TryConvertTo<Type>(field.ParameterTypeFullName, out var named) ? named : typeof(string);

    private static SecureString Secret(string text)
    {
        var secret = new SecureString();
        foreach (var letter in text)
        {
            secret.AppendChar(letter);
        }

        secret.MakeReadOnly();
        return secret;
    }

    private void Introduce(string? caption, string? message)
    {
        foreach (var text in new[] { caption, message }.Where(text => !string.IsNullOrEmpty(text)))
        {
            console.Write(text + Environment.NewLine);
        }
    }

    private void Demand(string what)
    {
        if (!console.CanAsk)
        {
            throw new HostException($"swarmps was started with -NonInteractive and cannot ask: {what}. Give the value as a parameter, or -Confirm:$false.");
        }

        console.ShowProgress("");
    }

    private string Answer(bool echo)
    {
        try
        {
            return (console.CanEditAnswers ? TypedLine.Read(console, echo) : console.ReadLine())
                ?? throw new HostException("The input ended where an answer was expected. Give the value as a parameter, or -Confirm:$false.");
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }
}
