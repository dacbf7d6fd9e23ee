import matplotlib.pyplot as plt
from common.optimizer import *

plt.plot([0, 1])
plt.show()
