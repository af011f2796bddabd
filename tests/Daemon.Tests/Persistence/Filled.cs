using System.Globalization;
using System.Collections;
using System.Reflection;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Persistence;

/// <summary>Makes objects in which every property that can be set has a value of its own that is not its default.</summary>
internal sealed class Filled
{
    private int count;

    public static T Of<T>() => (T)new Filled().Make(typeof(T));

    private object Make(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        count++;
        if (type == typeof(string))
            return $"text {count}";
        if (type == typeof(bool))
            return true;
        if (type == typeof(byte[]))
            return new byte[] { (byte)count, 0, 255 };
        if (type == typeof(TimeSpan))
            return TimeSpan.FromTicks(count * 12_345_678L);
        if (type == typeof(Timestamp))
            return new Timestamp(1_700_000_000_123_456_789L + count);
        if (type == typeof(ObjectVersion))
            return new ObjectVersion((ulong)count << 33);
        if (type == typeof(double))
            return count / 7.0;
        if (type.IsEnum)
            return Enum.GetValues(type).Cast<object>().Last();
        if (type.IsPrimitive)
            return Convert.ChangeType(count, type, CultureInfo.InvariantCulture);
        if (type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(ValueList<>) || open == typeof(ValueMap<>)))
            return Collection(type, open == typeof(ValueMap<>));
        return Record(type);
    }

    private object Collection(Type type, bool map)
    {
        var element = type.GetGenericArguments()[0];
        var entry = map ? typeof(KeyValuePair<,>).MakeGenericType(typeof(string), element) : element;
        var items = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(entry))!;
        for (var i = 0; i < 2; i++)
            items.Add(map ? Activator.CreateInstance(entry, $"key {count}", Make(element)) : Make(element));
        return Activator.CreateInstance(type, items)!;
    }

    private object Record(Type type)
    {
        var constructor = type.GetConstructors().Where(c => c.GetParameters().FirstOrDefault()?.ParameterType != type).MaxBy(c => c.GetParameters().Length)!;
        var made = constructor.Invoke([.. constructor.GetParameters().Select(parameter => Make(parameter.ParameterType))]);
        var set = constructor.GetParameters().Select(parameter => parameter.Name).ToHashSet();
        foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            if (property.SetMethod is not null && !set.Contains(property.Name))
                property.SetValue(made, Make(property.PropertyType));
        }
        return made;
    }
}
