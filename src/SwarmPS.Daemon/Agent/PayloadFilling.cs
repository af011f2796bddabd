using System.Text;
using SwarmPS.Daemon.Agent.Containers;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Daemon.Agent;

/// <summary>Fills in secrets and configs that are templates, for one task. What they name of the task's other files is those as they are stored.</summary>
internal static class PayloadFilling
{
    /// <summary>What a task's files hold. Throws <see cref="TaskRefusedException"/>, which shows no payload, where a template cannot be filled in.</summary>
    public static IReadOnlyList<(TaskFile, Payload)> Of(SwarmTask task, NodeDescription? node, IReadOnlyList<(TaskFile File, AssignedPayload Payload)> files)
    {
        var context = TemplateContext.Of(task, node);
        context = context with { Functions = PayloadTemplate.Functions(name => Text("secret", name), name => Text("config", name), Variable) };
        return files.Select(file => (file.File, file.Payload.IsTemplate ? Fill(file.File, file.Payload.Data) : file.Payload.Data)).ToList();

        Payload Fill(TaskFile file, Payload data)
        {
            try
            {
                return PayloadTemplate.Expand($"the {file.Kind} {file.Name}", data, context);
            }
            catch (FormatException wrong)
            {
                throw new TaskRefusedException($"The template of the {file.Kind} {file.Name} cannot be filled in: {wrong.Message}", wrong);
            }
        }

        string Text(string kind, string name) => files.FirstOrDefault(file => file.File.Kind == kind && IsNamed(file.File, name)) is { Payload: { } found }
            ? Encoding.UTF8.GetString(found.Data.Bytes.AsSpan())
            : throw new FormatException($"the task has no {kind} as '{name}'; name the file that the service gives it.");

        string Variable(string name)
        {
            var entry = task.Spec.ContainerSpec?.Env.OrEmpty().FirstOrDefault(entry => entry.StartsWith(name + "=", StringComparison.Ordinal));
            return entry is null ? "" : Templates.Expand(entry[(name.Length + 1)..], context with { Functions = null });
        }
    }

    /// <summary>By the name of the file: the whole path, or the last part.</summary>
    private static bool IsNamed(TaskFile file, string name) => file.Target == name || Path.GetFileName(file.Target) == name;
}
